import ArgumentParser
import Teams
import Training

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

  @OptionGroup var tokenization: SectionArguments<TokenizationOptions>

  var options: OptionValues { tokenization.values }
  var arguments: [String] { files }

  func work(_ command: CommandJob) throws {
    let own = RunOption.tokenization
    if files.contains("") {
      throw RunError("the file's name is empty", at: "tokenize", remedy: "give a file", status: .usage)
    }
    var settings = TokenizeOptions(files: files)
    settings.validFiles = options(own.valid)
    settings.tokenizer = options(own.tokenizer)
    settings.minimumFrequency = options(own.minimumFrequency)
    settings.maximumVocabulary = options(own.maximumVocabulary)
    settings.validFraction = options(own.validFraction)
    settings.threads = options[own.threads] ?? usableCores()
    let (out, quiet) = (options(own.out), options(own.quiet))
    StopRequest.listen()
    var bar = ProgressBar(isShown: !quiet)
    let report: TokenizeReport
    do {
      report = try TokenDirectory.make(out, settings) { progress throws(RunError) in
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
    if !quiet { show(report, in: out) }
  }

  private func show(_ report: TokenizeReport, in out: String) {
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
}
