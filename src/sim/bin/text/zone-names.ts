/** Names of time zones in dates, as gnulib's parse-datetime.y knows them: hours east of Greenwich, summer time counted in. */
const named: Record<string, number> = Object.fromEntries(
  (
    "GMT 0,UT 0,UTC 0,WET 0,WEST 1,BST 1,ART -3,BRT -3,BRST -2,NST -3.5,NDT -2.5,AST -4,ADT -3,CLT -4,CLST -3,EST -5,EDT -4,CST -6,CDT -5," +
    "MST -7,MDT -6,PST -8,PDT -7,AKST -9,AKDT -8,HST -10,HAST -10,HADT -9,SST -12,WAT 1,CET 1,CEST 2,MET 1,MEZ 1,MEST 2,MESZ 2,EET 2," +
    "EEST 3,CAT 2,SAST 2,EAT 3,MSK 3,MSD 4,IST 5.5,SGT 8,KST 9,JST 9,GST 10,NZST 12,NZDT 13"
  )
    .split(",")
    .map((entry) => entry.split(" ") as [string, string])
    .map(([name, hours]) => [name, Number(hours)]),
);

/** Hours east; undefined: not a zone. One letter is a military zone. */
export function zoneHours(name: string): number | undefined {
  const upper = name.toUpperCase();
  if (upper.length > 1) return named[upper];
  const east = "ABCDEFGHIKLM".indexOf(upper);
  const west = "NOPQRSTUVWXY".indexOf(upper);
  return upper === "Z" ? 0 : east >= 0 ? east + 1 : west >= 0 ? -(west + 1) : undefined;
}
