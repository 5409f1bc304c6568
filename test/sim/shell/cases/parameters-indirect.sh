a=b; b=c; c=deep
echo ${!a} ${!b}
x=arr; arr=(1 2 3)
y='arr[1]'; echo ${!y}
z='arr[@]'; echo "${!z}"
echo ${!arr[@]} "${!arr[*]}"
pre_a=1 pre_b=2
echo ${!pre_*} "${!pre_@}"
set -- one two; n=2; echo ${!n} ${!#}
declare -n ref=a; echo $ref ${!ref}; ref=new; echo $a
