internal import Data
internal import Files
package import Tokenization

/// What `tokenize` makes of texts.
package struct TokenizationOptions: OptionSection {
  package let out = OptionDeclaration<String>(
    "out", "A fresh directory for train.tokens and valid.tokens.", value: "dir", subject: "directory",
    in: .directory, role: .common, completion: .directory
  ).with { $0.isRequired = true }

  package let tokenizer = OptionDeclaration<TokenizerKind>(
    "tokenizer", initial: .word,
    "How texts are cut: word has fastai's rules, char takes each Unicode scalar, lines is the human-numbers form of --train.",
    value: "rules", role: .common)

  package let minimumFrequency = OptionDeclaration(
    "min-freq", initial: 2, "Leave rarer tokens out of the vocabulary.", value: "n", subject: "frequency",
    in: TokenizeOptions.minimumFrequencyBounds, role: .common)

  package let maximumVocabulary = OptionDeclaration(
    "max-vocab", initial: 60_000, "Tokens in the vocabulary at most.", value: "n", subject: "vocabulary size",
    in: TokenizeOptions.maximumVocabularyBounds, role: .common)

  package let validFraction = OptionDeclaration(
    "valid-fraction", initial: 0.1, "Share of the texts to validate on.", value: "x", subject: "share",
    in: TokenizeOptions.validFractionBounds, role: .common)

  package let valid = OptionDeclaration<[String]>(
    "valid", initial: [], "A text to validate on, instead of a share; may be repeated.", value: "file", subject: "file",
    in: .each(.named("give a file")), role: .common, completion: .file)

  package let threads = OptionDeclaration<Int>(
    "threads", "Threads at work.", value: "n", subject: "number of threads", in: .threads,
    default: "the cores", role: .own)

  package let quiet = OptionDeclaration("quiet", initial: false, "Print nothing but errors.", role: .own)

  package init() {}
}
