printf '%s\n' one "two three" ''; printf '[%10s][%-10s][%.3s]\n' right left truncate; printf '[%5d][%-5d][%05d][%+d]\n' 42 42 42 42
printf '%x %X %o %#x %#o\n' 255 255 8 255 8; printf '%e %.2e %g\n' 1234.5 0.00012 0.00001; printf '%f %.0f %.1f\n' 1 2.5 2.25; printf '%5.1f|\n' 3.14159
printf '%s %d\n' a 1 b 2; printf '%b\n' 'tab\there' 'nl\\n'; printf '%q\n' 'a b' 'a$b' "it's" $'new\nline' '*?' a-b; printf '%c' hello; echo; printf '%%d\n'
printf -v out '%s-%s' x y; echo $out; printf '%s' no newline; echo; printf '\x41\102\u43\n'; printf '%s\n' "$(printf 'a\tb')"
printf '%d\n' "'a" '"b'; printf '%d %s\n' 5; printf '%*s|%-*s|\n' 6 ab 6 cd; printf '%i %u\n' 7 8
