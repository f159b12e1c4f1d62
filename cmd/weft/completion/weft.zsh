#compdef weft
# Completion of weft's command lines in zsh; made by `weft completion zsh`.
_weft() {
    local -a proposals described
    local proposal name
    proposals=("${(@f)$("${(Q)words[1]}" __complete "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    case ${proposals[1]} in
    :files) [[ $PREFIX == --*=* ]] && compset -P '*='; _files ;;
    :directories) [[ $PREFIX == --*=* ]] && compset -P '*='; _files -/ ;;
    "") return 1 ;;
    *)
        for proposal in "${proposals[@]}"; do
            name=${proposal%%$'\t'*}
            if [[ $proposal == *$'\t'* ]]; then
                described+=("${name//:/\\:}:${proposal#*$'\t'}")
            else
                described+=("${name//:/\\:}")
            fi
        done
        _describe -V 'weft' described
        ;;
    esac
}
if [[ $funcstack[1] == _weft ]]; then
    _weft "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
    compdef _weft weft
fi
