internal import Crypto
public import Configuration
internal import Files
public import Runs

/// One of a sweep's runs: the same as a run by itself.
public struct SweepRun: Sendable {
  /// Its directory below the sweep's `runs`.
  public package(set) var name: String
  /// The number of its variant: what it has in common with the runs that differ from it in their seed only.
  public let variant: Int
  /// What it computes from.
  public let configuration: RunConfiguration
  /// How it is kept.
  public let keeping: RunKeeping

  /// A run whose name says what is its own: "lr=0.01,seed=42".
  package init(
    _ values: [(name: String, value: String)], variant: Int, _ configuration: RunConfiguration, _ keeping: RunKeeping
  ) {
    let own = values.filter { !$0.value.isEmpty } + [("seed", "\(configuration.seed)")]
    name = Self.fileName(own.map { "\($0.name)=\($0.value)" }.joined(separator: ","))
    self.variant = variant
    self.configuration = configuration
    self.keeping = keeping
  }

  /// All that its results depend on, as one text.
  package var identity: String { "\(keeping.nonFinite.rawValue) \(configuration.json.text)" }

  /// A text as the name of a file, which also tells texts apart that would have the same one.
  private static func fileName(_ text: String) -> String {
    let name = String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber || "=,.+-_".contains($0)) ? $0 : "_" })
    if name == text, name.count <= 120 { return name }
    return "\(name.prefix(120))-\(hexadecimal(SHA256.hash(data: Array(text.utf8)).prefix(4)))"
  }
}
