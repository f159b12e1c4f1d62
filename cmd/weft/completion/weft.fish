# Completion of weft's command lines in fish; made by `weft completion fish`.
function __weft_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l proposals ($words[1] __complete $words[2..] "$current" 2>/dev/null)
    switch "$proposals[1]"
        case :files
            __fish_complete_path (string replace -r -- '^--[^=]*=' '' "$current")
        case :directories
            __fish_complete_directories (string replace -r -- '^--[^=]*=' '' "$current") ''
        case '*'
            printf '%s\n' $proposals
    end
end
complete -c weft -f -a '(__weft_complete)'
