import ArgumentParser
import Logging
import Training

/// `dist-train generate`.
struct GenerateCommand: SoloCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Let a trained model go on with a text.",
    usage: "dist-train generate --weights <file> [--prompt <text>] [<options>]",
    discussion: """
      The prompt is cut into tokens as the model's own texts were; the same seed gives the same text. Each token is printed when it \
      is there, control characters as escapes.

      Example: dist-train generate --weights runs/first --prompt "one ," --tokens 40
      """)

  @Option(
    help: ArgumentHelp("model.safetensors of a run, its directory, or a checkpoint.", valueName: "file"),
    completion: .file())
  var weights: String

  @Option(help: ArgumentHelp("What to go on with; nothing for a document's beginning.", valueName: "text"))
  var prompt = ""

  @Option(parsing: .unconditional, help: ArgumentHelp("Tokens to write.", valueName: "n"))
  var tokens = 40

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Below 1, likely tokens become likelier; 0 takes the likeliest.", valueName: "x"))
  var temperature = 1.0

  @Option(parsing: .unconditional, help: ArgumentHelp("Draw from that many of the likeliest tokens.", valueName: "k"))
  var topK: Int?

  @Option(parsing: .unconditional, help: ArgumentHelp("Where the random numbers start from.", valueName: "n"))
  var seed: UInt64 = 42

  func run() throws {
    func usage(_ problem: String, _ place: String, _ remedy: String) -> RunError {
      RunError(problem, at: place, remedy: remedy, status: .usage)
    }
    guard (1...1_000_000).contains(tokens) else {
      throw usage("number of tokens \(tokens) is out of bounds", "--tokens", "give a number from 1 to 1000000")
    }
    guard temperature >= 0, temperature.isFinite else {
      throw usage("temperature \(temperature) is out of bounds", "--temperature", "give 0 or a number above it")
    }
    if let topK, topK < 1 { throw usage("\(topK) tokens are too few", "--top-k", "give at least 1") }
    // Nothing here needs the other processes of a job.
    guard Job.isFirst else { return }
    var settings = TextGeneration.Settings()
    settings.tokens = tokens
    settings.temperature = temperature
    settings.topK = topK
    settings.seed = seed
    let model = try TrainedModel(weights)
    let prompt = try TextPrompt(prompt, for: model)
    if !prompt.unknown.isEmpty {
      let words = prompt.unknown.prefix(20).map { JSONValue.string(PlainText.shown(token: $0)).text }
      let more = prompt.unknown.count > words.count ? " and \(prompt.unknown.count - words.count) more" : ""
      Log.logger(.warning, isFirst: true).warning(
        "not in the vocabulary, read as xxunk: \(words.joined(separator: ", "))\(more)")
    }
    var lines = VisibleLines()
    var hasText = false
    // Whatever ends it, an error too, leaves whole lines.
    defer { if hasText { printAtOnce("\n") } }
    _ = try TextGeneration(model, prompt, settings) { part in
      printAtOnce(lines.next(part))
      hasText = true
    }
  }
}
