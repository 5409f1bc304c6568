touch f; mkdir dd; ln -s f l; chmod 644 f; : > e
t() { "$@"; echo "$? : $*"; }
t test -f f; t test -d dd; t test -e nope; t test -L l; t test -s e; t test -r f; t test -x f; t test -n ""; t test -z ""
t [ a = a ]; t [ a != a ]; t [ 1 -lt 2 ]; t [ 2 -le 1 ]; t [ 3 -gt 2 ]; t [ 3 -ge 4 ]; t [ 1 -ne 2 ]; t [ 1 -eq 1 ]
t [ ! -f f ]; t [ -f f -a -d dd ]; t [ -f nope -o -d dd ]; t [ \( a = a \) -a b = b ]; t [ ]; t [ x ]; t [ -n x ]; t [ ! x ]
t [ a \< b ]; t [ b \> a ]; t [ f -nt nope ]; t [ f -ef l ]
t [ -v HOME ]; t [ "" ]; t [ -f ]; t [ = ]; t [ a = ]
[ a -eq 1 ]; echo $?
[ 1 2 ]; echo $?
[ 1 = 1 ; echo $?
[ a b c ]; echo $?
[ -q x ]; echo $?
test; echo $?
[ 5 -eq ' 5 ' ]; echo $?
