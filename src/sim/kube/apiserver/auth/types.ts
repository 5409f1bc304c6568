/** Who asks. */
export interface User {
  name: string;
  uid: string;
  groups: string[];
  extra: Record<string, string[]>;
}

export const anonymous: User = { name: "system:anonymous", uid: "", groups: ["system:unauthenticated"], extra: {} };

export interface Attributes {
  user: User;
  verb: string;
  isResource: boolean;
  group: string;
  version: string;
  plural: string;
  subresource: string;
  namespace: string;
  name: string;
  path: string;
}
