/**
 * Clocks of machines that went back to a snapshot with memory: they go on at the time at which each was saved, until somebody corrects
 * them. VirtualBox's guest additions do, where a box has them; on libvirt nobody does.
 */
import { SshConnection, type Endpoint } from "../../ssh/client.ts";

/** Milliseconds by which a clock may differ from this host's at the save, and count as right: machines are saved one after another. */
const right = 300_000;

/** Sets the clocks that were right when the snapshot was saved. `savedAt`: milliseconds since the epoch, by this host's clock. */
export async function setClocks(endpoints: Endpoint[], savedAt: number): Promise<void> {
  await Promise.all(
    endpoints.map(async (endpoint) => {
      const connection = await SshConnection.open(endpoint);
      try {
        const shown = Number((await connection.exec("date +%s%3N")).stdout);
        // what somebody did to a clock belongs to the snapshot
        if (Math.abs(shown - savedAt) > right) return;
        await connection.exec(`sudo -n date --set=@${(Date.now() / 1000).toFixed(3)}`);
      } finally {
        connection.close();
      }
    }),
  );
}
