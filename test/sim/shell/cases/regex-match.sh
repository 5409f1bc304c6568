re='([a-z]+)-([0-9]+)'
[[ "node-12" =~ $re ]] && echo "${BASH_REMATCH[1]} ${BASH_REMATCH[2]}"
[[ "a.b" =~ a\.b ]] && echo dot; [[ axb =~ a\.b ]] || echo nodot
[[ "foo bar" =~ foo\ bar ]] && echo space; [[ "x=1;y=2" =~ y=([0-9]) ]] && echo ${BASH_REMATCH[1]}
[[ "AbC" =~ ^[[:alpha:]]{3}$ ]] && echo alpha; [[ "a1" =~ [[:digit:]]$ ]] && echo digit
[[ "tab	here" =~ [[:blank:]] ]] && echo blank; [[ "" =~ ^$ ]] && echo empty; [[ "(x)" =~ \(x\) ]] && echo paren
[[ "ab" =~ ^(a|b)+$ ]] && echo "alt ${BASH_REMATCH[1]}"; [[ "[x]" =~ \[x\] ]] && echo bracket; [[ 'a]b' =~ a[]]b ]] && echo setb
line='  key:   value '; [[ $line =~ ^[[:space:]]*([^:]+):[[:space:]]*(.*[^[:space:]]) ]] && echo "${BASH_REMATCH[1]}=${BASH_REMATCH[2]}"
