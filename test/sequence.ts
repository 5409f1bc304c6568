/** The longest tests begin first: those of real machines mostly wait, and the others are done meanwhile. */
import { BaseSequencer, type TestSpecification } from "vitest/node";

const longest = [
  "test/e2e/realkube.test.ts",
  "test/lab/verify.test.ts",
  "test/conformance/conformance.test.ts",
  "test/vagrant/machines.test.ts",
  "test/e2e/cluster.test.ts",
  "test/e2e/runtimes.test.ts",
];

export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const i = longest.findIndex((file) => moduleId.endsWith(file));
      return i === -1 ? longest.length : i;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}
