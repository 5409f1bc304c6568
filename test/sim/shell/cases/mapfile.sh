printf 'a\nb\nc' > f
mapfile m < f; echo ${#m[@]}; printf '[%s]' "${m[@]}"; echo
mapfile -t m < f; printf '[%s]' "${m[@]}"; echo
readarray -t -n 2 m < f; echo ${m[@]}
readarray -t -s 1 m < f; echo ${m[@]}
mapfile -t -O 2 m < f; echo ${!m[@]}
mapfile -d : -t n <<< a:b:c; echo ${#n[@]}
mapfile -t < f; echo ${MAPFILE[1]}
mapfile -t e < /dev/null; echo ${#e[@]}
mapfile -t p < <(printf '%s\n' x y); echo ${p[@]}
