X=1 Y=2 env | grep -E '^[XY]=' | sort
X=1 bash -c 'echo $X'; echo "${X-unset}"
export E=e; unset E; env | grep -c '^E='
A=a B=$A bash -c 'echo "[$B]"'
env -i A=1 bash --norc -c 'echo $A ${HOME-nohome}'
env -u HOME bash --norc -c 'echo ${HOME-nohome}'
PATH=/nonexistent; ls; echo $?
