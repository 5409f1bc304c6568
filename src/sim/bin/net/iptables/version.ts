/** The iptables that Ubuntu 24.04 has. */
export const version = "1.8.10";
