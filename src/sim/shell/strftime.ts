/** strftime(3) in the C locale, UTC. */
const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

export function strftime(format: string, ms: number): string {
  const d = new Date(ms);
  const two = (n: number, fill = "0"): string => String(n).padStart(2, fill);
  const dayOfYear = Math.floor(
    (Date.UTC(d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate()) - Date.UTC(d.getUTCFullYear(), 0, 1)) / 86_400_000,
  );
  const hour12 = d.getUTCHours() % 12 || 12;
  return format.replaceAll(/%([a-zA-Z%])/g, (all, c: string) => {
    switch (c) {
      case "Y":
        return String(d.getUTCFullYear());
      case "C":
        return two(Math.floor(d.getUTCFullYear() / 100));
      case "y":
        return two(d.getUTCFullYear() % 100);
      case "m":
        return two(d.getUTCMonth() + 1);
      case "d":
        return two(d.getUTCDate());
      case "e":
        return two(d.getUTCDate(), " ");
      case "H":
        return two(d.getUTCHours());
      case "I":
        return two(hour12);
      case "k":
        return two(d.getUTCHours(), " ");
      case "l":
        return two(hour12, " ");
      case "M":
        return two(d.getUTCMinutes());
      case "S":
        return two(d.getUTCSeconds());
      case "p":
        return d.getUTCHours() < 12 ? "AM" : "PM";
      case "P":
        return d.getUTCHours() < 12 ? "am" : "pm";
      case "A":
        return days[d.getUTCDay()]!;
      case "a":
        return days[d.getUTCDay()]!.slice(0, 3);
      case "B":
        return months[d.getUTCMonth()]!;
      case "b":
      case "h":
        return months[d.getUTCMonth()]!.slice(0, 3);
      case "j":
        return String(dayOfYear + 1).padStart(3, "0");
      case "u":
        return String(d.getUTCDay() || 7);
      case "w":
        return String(d.getUTCDay());
      case "s":
        return String(Math.floor(ms / 1000));
      case "F":
        return strftime("%Y-%m-%d", ms);
      case "T":
      case "X":
        return strftime("%H:%M:%S", ms);
      case "R":
        return strftime("%H:%M", ms);
      case "r":
        return strftime("%I:%M:%S %p", ms);
      case "D":
      case "x":
        return strftime("%m/%d/%y", ms);
      case "c":
        return strftime("%a %b %e %H:%M:%S %Y", ms);
      case "z":
        return "+0000";
      case "Z":
        return "UTC";
      case "n":
        return "\n";
      case "t":
        return "\t";
      case "%":
        return "%";
      default:
        return all;
    }
  });
}
