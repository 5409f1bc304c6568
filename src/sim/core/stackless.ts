/** An error that is a program's answer rather than a fault of it: nobody reads its stack, and capturing that takes longer than the rest. */
export class StacklessError extends Error {
  constructor(message: string) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = limit;
  }
}
