/** Commands whose output differs between the worlds, and the words of docs/known-differences.md that say why. */
export const known = new Map<string, string>([
  ["ss -Hlnt sport = :22 | awk '{ print $1, $4 }'", "a real one listens on `[::]` as well"],
  [
    "sudo iptables -A OUTPUT -d 192.168.61.11 -p icmp -j DROP; ping -c 1 -W 1 192.168.61.11 | tail -2 | head -1 | sed 's/, time.*//'; sudo iptables -F OUTPUT",
    "says nothing when the kernel refuses to send",
  ],
  ["sudo systemctl mask km-b; sudo systemctl start km-b; sudo systemctl unmask km-b", "quotes the file that stands in the way"],
]);

/** The same of containers, which have their host's kernel. */
export const hostKernel = new Map<string, string>([
  [
    "sudo ip link add km8 type bridge; sudo ip address add 10.8.0.1/24 dev km8; sudo ip link set km8 up; sleep 2; ip route show dev km8; sudo ip link delete km8; ip route show 10.8.0.0/24",
    "A bridge that has never had a port",
  ],
]);

/** The same of machines with the kernel of Debian 12, Linux 6.1; the simulated machine has Ubuntu's 6.8. */
export const olderKernel = new Map<string, string>([
  [
    "sudo ip address add 10.7.0.1/24 dev enp0s8; sudo ip address add 10.7.0.1/24 dev enp0s8; sudo ip address delete 10.7.0.1/24 dev enp0s8; sudo ip address delete 10.7.0.1/24 dev enp0s8",
    "A kernel that gives no reasons",
  ],
]);
