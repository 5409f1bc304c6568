/** What calicoctl says when it fails; the status is 1. */
export class CtlError extends Error {}
