/** Commands whose output differs between the worlds, and the words of docs/known-differences.md that say why. */
export const known = new Map<string, string>([
  ["ss -Hlnt sport = :22 | awk '{ print $1, $4 }'", "a real one listens on `[::]` as well"],
  [
    "sudo iptables -A OUTPUT -d 192.168.61.11 -p icmp -j DROP; ping -c 1 -W 1 192.168.61.11 | tail -2 | head -1 | sed 's/, time.*//'; sudo iptables -F OUTPUT",
    "says nothing when the kernel refuses to send",
  ],
  ["sudo systemctl mask km-b; sudo systemctl start km-b; sudo systemctl unmask km-b", "quotes the file that stands in the way"],
]);
