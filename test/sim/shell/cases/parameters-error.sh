( : ${nothing?} ) ; echo "status $?"
( : ${nothing:?custom message} ) ; echo "status $?"
( e=; : ${e:?} ) ; echo "status $?"
( : ${nothing?"quoted $HOME_X msg"}; echo not reached ) ; echo "status $?"
