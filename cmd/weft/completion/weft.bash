# Completion of weft's command lines in bash; made by `weft completion bash`.
_weft() {
    # bash parts words at = and :, which are parts of ours; these are the words as they were typed.
    local line=${COMP_LINE:0:COMP_POINT} words proposals proposal current
    read -r -a words <<<"$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    current=${words[${#words[@]} - 1]}
    mapfile -t proposals < <("${words[0]/#\~/$HOME}" __complete "${words[@]:1}" 2>/dev/null)
    COMPREPLY=()
    case ${proposals[0]} in
    :files) mapfile -t COMPREPLY < <(compgen -f -- "${current#--*=}"); compopt -o filenames ;;
    :directories) mapfile -t COMPREPLY < <(compgen -d -- "${current#--*=}"); compopt -o filenames ;;
    *)
        for proposal in "${proposals[@]}"; do
            proposal=${proposal%%$'\t'*}
            # What stands before the last = is a word of its own for bash.
            [[ $proposal == --*=* ]] && proposal=${proposal#*=}
            COMPREPLY+=("$proposal")
        done
        ;;
    esac
}
complete -F _weft weft
