/**
 * Streams between kubectl, the API server and the kubelet: logs that are followed, exec, attach. A client that can take a
 * stream sends its HTTP request with the header `x-stream: 1` over a connection of its own. The answer's status 101 (exec, attach)
 * or 200 (logs: `body` holds what is there already) opens the stream; after it both ends `net.send` these messages over the same
 * connection until one closes it. The API server passes them on between its two connections unread.
 *
 * Requests to the kubelet (port 10250, client certificate of --kubelet-client-certificate):
 *   GET  /containerLogs/NAMESPACE/POD/CONTAINER?follow=true&previous=true&tailLines=N&sinceSeconds=N&sinceTime=T&timestamps=true&limitBytes=N
 *   POST /exec/NAMESPACE/POD/CONTAINER?command=a&command=b&input=1&output=1&error=1&tty=1
 *   POST /attach/NAMESPACE/POD/CONTAINER?input=1&output=1&error=1&tty=1
 * Without `x-stream` the kubelet answers logs in one body.
 */
export type StreamMessage =
  | { type: "stdin"; bytes: Uint8Array }
  | { type: "stdin-closed" }
  | { type: "stdout"; bytes: Uint8Array }
  | { type: "stderr"; bytes: Uint8Array }
  | { type: "resize"; cols: number; rows: number }
  /** The last message of exec: the command's exit status, or why there was none. */
  | { type: "exit"; code: number; error?: string }
  /** The last message of followed logs. */
  | { type: "end" };
