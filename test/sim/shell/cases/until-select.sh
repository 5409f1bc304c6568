PS3='pick: '; select x in a b c; do echo "chose $x $REPLY"; break; done <<< 2
select x in only; do [ -z "$x" ] && { echo bad; break; }; done <<< 9
select y in p q; do echo "$y"; done < /dev/null; echo $?
