/** Colours of ls --color by dircolors' built-in database (coreutils 9.4). */
import type { Stat } from "../../../fs/view.ts";

const archives =
  "7z ace alz apk arc arj bz bz2 cab cpio crate deb drpm dwm dz ear egg esd gz jar lha lrz lz lz4 lzh lzma lzo pyz rar rpm rz sar swm t7z tar taz tbz tbz2 tgz tlz txz tz tzo tzst udeb war whl wim xz z zip zoo zst";
const images =
  "avif jpg jpeg mjpg mjpeg gif bmp pbm pgm ppm tga xbm xpm tif tiff png svg svgz mng pcx mov mpg mpeg m2v mkv webm webp ogm mp4 m4v mp4v vob qt nuv wmv asf rm rmvb flc avi fli flv gl dl xcf xwd yuv cgm emf ogv ogx";
const sounds = "aac au flac m4a mid midi mka mp3 mpc ogg ra wav oga opus spx xspf";
const backups =
  "~ # bak crdownload dpkg-dist dpkg-new dpkg-old dpkg-tmp old orig part rej rpmnew rpmorig rpmsave swp tmp ucf-dist ucf-new ucf-old";

const byExtension = new Map<string, string>([
  ...archives.split(" ").map((e): [string, string] => [e, "01;31"]),
  ...images.split(" ").map((e): [string, string] => [e, "01;35"]),
  ...sounds.split(" ").map((e): [string, string] => [e, "00;36"]),
  ...backups.split(" ").map((e): [string, string] => [e, "00;90"]),
]);

/** The SGR code, or "" for none. `dangling`: a link whose target is missing. */
export function colorOf(s: Stat | undefined, name: string, dangling: boolean): string {
  if (!s) return "40;31;01";
  switch (s.type) {
    case "dir":
      if (s.mode & 0o1000 && s.mode & 0o002) return "30;42";
      return s.mode & 0o002 ? "34;42" : s.mode & 0o1000 ? "37;44" : "01;34";
    case "symlink":
      return dangling ? "40;31;01" : "01;36";
    case "fifo":
      return "40;33";
    case "socket":
      return "01;35";
    case "char":
    case "block":
      return "40;33;01";
    case "file":
      if (s.mode & 0o4000) return "37;41";
      if (s.mode & 0o2000) return "30;43";
      if (s.mode & 0o111) return "01;32";
      if (name.endsWith("~") || name.endsWith("#")) return "00;90";
      return byExtension.get(name.slice(name.lastIndexOf(".") + 1).toLowerCase()) ?? "";
  }
}
