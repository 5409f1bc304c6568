import { Option, type Command } from "commander";
import { resolve } from "node:path";
import { fillMirror, type FillOptions } from "../../mirror/fill.ts";
import type { Context, GlobalOptions } from "../context.ts";
import { outputOption } from "../main.ts";
import { specificationOptions } from "../options.ts";

type Given = GlobalOptions & Pick<FillOptions, "arch" | "packagesFrom" | "imagesFrom"> & { image: string[] };

export function mirror(program: Command, context: Context): void {
  specificationOptions(program.command("mirror <folder>"))
    .description("fetch packages, images and manifests of a specification into a folder, for machines without Internet")
    .addOption(new Option("--arch <arch>", "processors of the machines").choices(["amd64", "arm64"]).default("amd64"))
    .option("--packages-from <source>", 'apt repository with kubeadm instead of pkgs.k8s.io: "URL [SUITE COMPONENT…]"')
    .option("--images-from <registry>", "registry and path that have the images, instead of where their names point")
    .option(
      "--image <name>",
      "a further image, such as docker.io/library/nginx:1.29; may be given again",
      (name: string, all: string[]) => [...all, name],
      [],
    )
    .addOption(outputOption())
    .addHelpText("after", "\nExample:\n  kubemend mirror ./kube -f kubemend.yaml --image docker.io/library/busybox:1.35")
    .action(async (folder: string, { arch, packagesFrom, imagesFrom, image, ...options }: Given) => {
      const { plan } = await context.plan(options);
      const filled = await fillMirror(
        resolve(context.io.cwd, folder),
        plan,
        {
          arch,
          images: image,
          ...(packagesFrom === undefined ? {} : { packagesFrom }),
          ...(imagesFrom === undefined ? {} : { imagesFrom }),
        },
        context.reporter(options),
      );
      if (options.output === "json") context.printJson({ type: "mirror", folder, ...filled });
      else context.print(`${folder} has Kubernetes ${filled.kubernetes} with ${filled.images.length} images: mirror: ${folder}`);
    });
}
