# What the examples of the documentation use; source it in bash. RECOBRA is the address of the REST door, KEY an API key.
# Each call ends with an error when the answer is one, and prints the problem with its stable code.

# get PATH [options of curl]
get() {
    local path=$1
    shift
    curl -sS --fail-with-body -H "Authorization: Bearer $KEY" "$@" "$RECOBRA$path"
}

# send METHOD PATH [BODY | @FILE] [options of curl]: each call is a change of its own, so each has a key of its own.
send() {
    local method=$1 path=$2 body=${3:-"{}"}
    shift 2
    [ $# -eq 0 ] || shift
    curl -sS --fail-with-body -X "$method" -H "Authorization: Bearer $KEY" \
        -H "Idempotency-Key: $(cat /proc/sys/kernel/random/uuid)" -H "Content-Type: application/json" \
        -d "$body" "$@" "$RECOBRA$path"
}

post() { send POST "$@"; }
put() { send PUT "$@"; }
patch() { send PATCH "$@"; }
