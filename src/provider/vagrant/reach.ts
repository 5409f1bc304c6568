/** Whether booted machines let us in. */
import { setTimeout as delay } from "node:timers/promises";
import { KubemendError } from "../../error.ts";
import { SshConnection, type Endpoint } from "../../ssh/client.ts";

/** Milliseconds that sshd may take after Vagrant has said that the machine is up. */
const limit = 60_000;

/** Errors that pass when a machine has just booted; a refused key does not. */
const passing = new Set(["ssh-refused", "ssh-timeout", "ssh-unreachable", "ssh"]);

/** Throws what the SSH client says of the first machine that does not let us in. */
export async function answering(endpoints: Endpoint[], tell: (text: string, machine: string) => void): Promise<void> {
  await Promise.all(
    endpoints.map(async (endpoint) => {
      const begin = performance.now();
      for (let told = false; ;) {
        try {
          const connection = await SshConnection.open(endpoint);
          connection.close();
          return;
        } catch (error) {
          if (!(error instanceof KubemendError) || !passing.has(error.code) || performance.now() - begin > limit) throw error;
          if (!told) tell("waiting for its SSH server", endpoint.machine);
          told = true;
          await delay(1000);
        }
      }
    }),
  );
}
