/**
 * Messages on a connection whose request to /exec, /attach or /containerLogs?follow carried the header `x-stream`: what
 * SPDY, WebSocket and chunked bodies carry between kubectl, the API server and the kubelet. The answer to the request is
 * 101 (exec, attach) or 200 (logs, with the text so far as body); then these go over the same connection, one way each.
 */
export type StreamMessage =
  /** To the command. */
  | { type: "stdin"; bytes: Uint8Array }
  | { type: "stdin-end" }
  | { type: "resize"; cols: number; rows: number }
  /** From the command. */
  | { type: "stdout"; bytes: Uint8Array }
  | { type: "stderr"; bytes: Uint8Array }
  /** The command has ended; the connection is closed after it. */
  | { type: "exit"; status: number }
  /** More of a log that is followed; the connection is closed when the container has ended. */
  | { type: "log"; text: string };
