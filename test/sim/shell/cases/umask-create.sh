umask 027; : > a; mkdir b; stat -c '%a %n' a b; umask 022; : > c; stat -c '%a' c; (umask 077; : > d); stat -c '%a' d; umask
