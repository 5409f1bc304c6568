shopt -s extglob
for x in apple banana cherry 123 "" "a b" '*' foo.txt .hidden; do
  case $x in
    apple) echo fruit;;
    b*) echo starts b;;
    *rry) echo ends rry;;
    [0-9]*) echo digit;;
    "") echo empty;;
    "a b") echo space;;
    \*) echo star;;
    *.txt|*.md) echo text;;
    *) echo other;;
  esac
done
case a in a) echo 1;& b) echo 2;; c) echo 3;; esac
case a in a) echo 1;;& [a-z]) echo 2;;& *) echo 3;; esac
case x in (x) echo paren;; esac
case nomatch in y) ;; esac; echo $?
p='a*'; case abc in $p) echo pattern;; esac; case abc in "$p") echo no;; *) echo literal;; esac
case "yes" in [yY]|[yY][eE][sS]) echo ok;; esac
case ab in @(ab|cd)) echo ext;; esac
