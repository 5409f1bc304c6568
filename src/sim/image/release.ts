/** Which Ubuntu and which kernel this is (bento/ubuntu-24.04). */
export const kernelRelease = "6.8.0-86-generic";
export const kernelVersion = "#87-Ubuntu SMP PREEMPT_DYNAMIC Mon Sep 22 18:03:36 UTC 2025";
