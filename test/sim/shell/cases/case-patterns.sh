t() { case $1 in [0-9]) echo digit;; [0-9]*) echo num;; [!a-z]*) echo notlower;; ??) echo two;; *.tar.*|*.tgz) echo tar;; a*|b*) echo ab;; '*') echo star;; "") echo empty;; *) echo other;; esac; }
for x in 5 55 ABC xy f.tar.gz x.tgz apple banana zebra '' '?'; do printf '%s: ' "$x"; t "$x"; done
case "$(uname)" in Linux) echo linux;; esac; v=B; case $v in [aA]) echo a;; [bB]) echo b;; esac; case a-b in *-*) echo dash;; esac; case $'a\nb' in *$'\n'*) echo nl;; esac; case \\ in \\) echo bs;; esac; case ']' in []]) echo br;; esac
