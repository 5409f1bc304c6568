printf '%s %s\n' a b c d e
printf '%d %5d|%-5d|%05d %+d %x %X %o %#x\n' 1 2 3 4 5 255 255 8 255
printf '%.2f %8.3f %e %g %G\n' 3.14159 2.5 12345.678 0.0001 1e10
printf '%s\n' 'a\nb'; printf '%b\n' 'a\nb'; printf 'a\tb\\n\x41\n'
printf '%q %q %q\n' "a b" "it's" ''
printf '%c%c\n' abc def; printf '%%\n'; printf '%5s|%-5s|%.2s\n' ab cd efg
printf '%*d %.*f\n' 5 42 2 3.14159
printf 'no newline'; printf '\n'
printf '%d\n' abc; echo $?
printf '%d %d\n' 0x1f 010; printf '%d\n' "'A"
printf -v var '%03d' 7; echo $var
printf '%s\n'; printf '%d\n'; printf '[%s]\n' ''
printf '%i %u\n' -3 3
printf '%s %s\n' "$@" ; printf -- '-%s-\n' x
printf '%z\n' 1; echo $?
printf; echo $?
printf '%(%Y)T\n' 0
printf '%s,' {1..5}; echo
printf '%b' 'x\n' 'y\cz' 'w'; echo
printf '%x\n' -1
printf '%s=%d ' a 1 b 2; echo
printf '\u00e9\n'
printf "%-10s|%10s|\n" left right
