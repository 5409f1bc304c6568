/** Reviews: questions that are created and answered at once (authentication.k8s.io, authorization.k8s.io). */
import { copy } from "../../../core/copy.ts";
import type { Obj } from "../../../core/json.ts";
import { tokenUser } from "../auth/authn.ts";
import { decide } from "../auth/authorize.ts";
import { visitRules } from "../auth/rbac.ts";
import type { Attributes, User } from "../auth/types.ts";
import { decodeAs } from "../decode.ts";
import { invalid, required } from "../status.ts";
import { apiVersion, subjectOf, type Call } from "./context.ts";

export const isReview = (type: string): boolean => type.endsWith("Review");

function access(c: Call, user: User, spec: Obj): Obj {
  const r = spec.resourceAttributes as Obj | undefined;
  const n = spec.nonResourceAttributes as Obj | undefined;
  const a: Attributes = r
    ? {
        user,
        verb: String(r.verb ?? ""),
        isResource: true,
        group: String(r.group ?? ""),
        version: String(r.version ?? ""),
        plural: String(r.resource ?? ""),
        subresource: String(r.subresource ?? ""),
        namespace: String(r.namespace ?? ""),
        name: String(r.name ?? ""),
        path: "",
      }
    : {
        user,
        verb: String(n?.verb ?? ""),
        isResource: false,
        group: "",
        version: "",
        plural: "",
        subresource: "",
        namespace: "",
        name: "",
        path: String(n?.path ?? ""),
      };
  const decision = decide(c.api, a);
  return { allowed: decision.allowed, ...(decision.reason ? { reason: decision.reason } : {}) };
}

export function review(c: Call, input: unknown): { code: number; body: Obj } {
  const { resource: r, api, user } = c;
  const o = decodeAs(r.type, copy(input));
  const spec = (o.spec ?? {}) as Obj;
  const answer = (status: Obj): { code: number; body: Obj } => ({
    code: 201,
    body: {
      kind: r.kind,
      apiVersion: apiVersion(c),
      metadata: { ...(o.metadata as Obj | undefined), creationTimestamp: null },
      ...(o.spec ? { spec } : {}),
      status,
    },
  });
  switch (r.type) {
    case "SelfSubjectReview":
      return {
        code: 201,
        body: { kind: r.kind, apiVersion: apiVersion(c), metadata: { creationTimestamp: api.now }, status: { userInfo: userInfo(user) } },
      };
    case "TokenReview": {
      const found = spec.token ? tokenUser(api, String(spec.token)) : undefined;
      return answer(
        found
          ? { authenticated: true, user: userInfo(found), audiences: api.options.audiences }
          : { user: {}, error: "[invalid bearer token]" },
      );
    }
    case "SelfSubjectAccessReview":
      if (!spec.resourceAttributes && !spec.nonResourceAttributes)
        throw invalid(subjectOf(r), "", [
          {
            reason: "FieldValueInvalid",
            message: "Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified",
            field: "spec.resourceAttributes",
          },
        ]);
      return answer(access(c, user, spec));
    case "SelfSubjectRulesReview": {
      const namespace = String(spec.namespace ?? "");
      if (namespace === "") throw invalid(subjectOf(r), "", [required("spec.namespace", "no namespace on request")]);
      const resourceRules: Obj[] = [];
      const nonResourceRules: Obj[] = [];
      if (user.groups.includes("system:masters")) {
        resourceRules.push({ verbs: ["*"], apiGroups: ["*"], resources: ["*"] });
        nonResourceRules.push({ verbs: ["*"], nonResourceURLs: ["*"] });
      }
      visitRules(api.policy, user, namespace, (rule) => {
        if ((rule.resources as unknown[] | undefined)?.length)
          resourceRules.push({
            verbs: rule.verbs,
            apiGroups: rule.apiGroups,
            resources: rule.resources,
            ...(rule.resourceNames ? { resourceNames: rule.resourceNames } : {}),
          });
        if ((rule.nonResourceURLs as unknown[] | undefined)?.length)
          nonResourceRules.push({ verbs: rule.verbs, nonResourceURLs: rule.nonResourceURLs });
        return false;
      });
      return answer({ resourceRules, nonResourceRules, incomplete: false });
    }
    default: {
      const who: User = { name: String(spec.user ?? ""), uid: "", groups: (spec.groups ?? []) as string[], extra: {} };
      if (r.type === "LocalSubjectAccessReview" && spec.resourceAttributes) spec.resourceAttributes.namespace ??= c.info.namespace;
      return answer(access(c, who, spec));
    }
  }
}

const userInfo = (u: User): Obj => ({
  username: u.name,
  ...(u.uid ? { uid: u.uid } : {}),
  groups: u.groups,
  ...(Object.keys(u.extra).length > 0 ? { extra: u.extra } : {}),
});
