env nosuchprogram; echo $?
env FOO=bar bash -c 'echo $FOO'
env -i; echo $?
env - X=y env
env -C / pwd
env --nosuch; echo $?
