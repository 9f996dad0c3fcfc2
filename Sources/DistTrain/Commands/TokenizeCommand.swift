public import ArgumentParser
import Teams
public import Training

extension TokenizerKind: ExpressibleByArgument {}

/// `dist-train tokenize`.
struct TokenizeCommand: SoloCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize", abstract: "Make token files of texts, for train --data.",
    usage: "dist-train tokenize <file> ... --out <dir> [<options>]",
    discussion: """
      The texts are UTF-8, of any size: they are read piece by piece. Each file is a document; without --valid, the end of \
      all is validated on, from a line's beginning, in a text of one line from a word's. Lines end with LF, CR or both. The files \
      don't depend on the number of threads.

      Example: dist-train tokenize book.txt --out book
      Example: dist-train train --data book --bptt 70
      """)

  @Argument(help: ArgumentHelp("Texts.", valueName: "file"), completion: .file())
  var files: [String]

  @Option(
    help: ArgumentHelp("A fresh directory for train.tokens and valid.tokens.", valueName: "dir"), completion: .directory
  )
  var out: String

  @Option(
    help: ArgumentHelp(
      """
      How texts are cut: word has fastai's rules, char takes each Unicode scalar, lines is the human-numbers form of --train.
      """, valueName: "rules"))
  var tokenizer = TokenizerKind.word

  @Option(parsing: .unconditional, help: ArgumentHelp("Leave rarer tokens out of the vocabulary.", valueName: "n"))
  var minFreq = 2

  @Option(parsing: .unconditional, help: ArgumentHelp("Tokens in the vocabulary at most.", valueName: "n"))
  var maxVocab = 60_000

  @Option(parsing: .unconditional, help: ArgumentHelp("Share of the texts to validate on.", valueName: "x"))
  var validFraction = 0.1

  @Option(
    help: ArgumentHelp("A text to validate on, instead of a share; may be repeated.", valueName: "file"),
    completion: .file())
  var valid: [String] = []

  @Option(parsing: .unconditional, help: ArgumentHelp("Threads at work. (default: the cores)", valueName: "n"))
  var threads: Int?

  @Flag(help: "Print nothing but errors.")
  var quiet = false

  func run() throws {
    try check()
    // Nothing here needs the other processes of a job.
    guard Job.isFirst else { return }
    var options = TokenizeOptions(files: files)
    options.validFiles = valid
    options.tokenizer = tokenizer
    options.minimumFrequency = minFreq
    options.maximumVocabulary = maxVocab
    options.validFraction = validFraction
    options.threads = threads ?? usableCores()
    StopRequest.listen()
    var bar = ProgressBar(isShown: !quiet)
    let report: TokenizeReport
    do {
      report = try TokenDirectory.make(out, options) { progress throws(RunError) in
        if StopRequest.hasCome {
          throw RunError("stopped as asked", at: out, remedy: "run it again, from the beginning", status: .tryAgain)
        }
        bar.show(progress.pass == 1 ? "counting" : "encoding", progress.bytes, of: progress.of)
      }
    } catch {
      bar.end()
      throw error
    }
    bar.end()
    if !quiet { tell(report) }
  }

  private func tell(_ report: TokenizeReport) {
    func grouped(_ number: Int) -> String { NumberText.grouped(number) }
    let share = NumberText.fixed(100 * Double(report.unknown) / Double(max(1, report.trainTokens)), decimals: 2)
    print("train       \(grouped(report.trainTokens)) tokens")
    print("valid       \(grouped(report.validTokens)) tokens")
    let (vocabulary, distinct) = (grouped(report.vocabulary), grouped(report.distinct))
    print("vocabulary  \(vocabulary) tokens, specials among them; \(distinct) distinct ones in the texts")
    print("xxunk       \(share) % of the train tokens")
    if report.uncertainty > 0 {
      print("forgotten   tokens seen up to \(grouped(report.uncertainty)) times may be missing: too many were distinct")
    }
    print("next: dist-train train --data \(PlainText.visible(out))")
  }

  private func check() throws(RunError) {
    func usage(_ problem: String, _ place: String, _ remedy: String) -> RunError {
      RunError(problem, at: place, remedy: remedy, status: .usage)
    }
    if (files + valid).contains("") { throw usage("the file's name is empty", "tokenize", "give a file") }
    if minFreq < 1 { throw usage("frequency \(minFreq) is too small", "--min-freq", "give at least 1") }
    guard (16...16_777_216).contains(maxVocab) else {
      throw usage("vocabulary size \(maxVocab) is out of bounds", "--max-vocab", "give a number from 16 to 16777216")
    }
    guard validFraction > 0, validFraction < 1 else {
      throw usage(
        "share \(validFraction) is out of bounds", "--valid-fraction", "give a number between 0 and 1, as 0.1")
    }
    if let threads, !(1...4096).contains(threads) {
      throw usage("number of threads \(threads) is out of bounds", "--threads", "give a number from 1 to 4096")
    }
  }
}
