import Foundation

/// The package's sources as targets and the folders inside them, and which of these use each other.
///
/// A target uses what it imports. A folder uses another of its target where a source in it names a type that is
/// declared there, and nowhere else in the tree. Files beside the folders belong to none. Members of extensions and
/// functions outside of types are not seen.
struct SourceTree {
  /// One source.
  struct File {
    /// From the folder of all targets: "Teams/Transports/Team.swift".
    let path: String
    let target: String
    /// The folder right inside the target, nil beside the folders.
    let folder: String?
    let lines: Int
    let tokens: SwiftTokens

    init(path: String, text: String) {
      self.path = path
      let parts = path.split(separator: "/").map(String.init)
      target = parts[0]
      folder = parts.count > 2 ? parts[1] : nil
      lines = text.utf8.count { $0 == UInt8(ascii: "\n") }
      tokens = SwiftTokens(text)
    }
  }

  let files: [File]

  /// - sources: texts by path from the folder of all targets.
  init(_ sources: [String: String]) {
    files = sources.sorted { $0.key < $1.key }.map { File(path: $0.key, text: $0.value) }
  }

  /// Reads all Swift sources below a folder. Throws where one can't be read.
  init(directory: URL) throws {
    var sources: [String: String] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: directory.path) where path.hasSuffix(".swift") {
      sources[path] = try String(contentsOf: directory.appendingPathComponent(path), encoding: .utf8)
    }
    self.init(sources)
  }

  /// Which targets import which.
  var targets: Graph {
    let names = Set(files.map(\.target))
    var graph = Graph()
    for file in files {
      graph.add(file.target)
      for module in file.tokens.imports where names.contains(module) {
        graph.add(file.target, uses: module)
      }
    }
    return graph
  }

  /// One folder's use of another, with the first place where it is seen.
  struct Use: Equatable {
    let target, folder, other: String
    /// "Run/Writer.swift names Plot, declared in Plots/Plot.swift".
    let reason: String
  }

  /// All uses between folders of one target, each once.
  func folderUses() -> [Use] {
    var declaring: [String: [File]] = [:]
    for file in files { for name in file.tokens.declaredTypes { declaring[name, default: []].append(file) } }
    var uses: [Use] = []
    for file in files {
      guard let folder = file.folder else { continue }
      for name in file.tokens.typeNames.sorted() {
        guard let places = declaring[name], places.count == 1, places[0].target == file.target,
          let other = places[0].folder, other != folder,
          !uses.contains(where: { $0.target == file.target && $0.folder == folder && $0.other == other })
        else { continue }
        let reason = "\(file.path) names \(name), declared in \(places[0].path)"
        uses.append(Use(target: file.target, folder: folder, other: other, reason: reason))
      }
    }
    return uses
  }

  /// Which folders of a target use which.
  func folders(of target: String, _ uses: [Use]) -> Graph {
    var graph = Graph()
    for file in files where file.target == target { if let folder = file.folder { graph.add(folder) } }
    for use in uses where use.target == target { graph.add(use.folder, uses: use.other) }
    return graph
  }

  /// The tree as text: a line for each target, from the lowest upwards, and below it one for each of its folders.
  var picture: String {
    let targets = targets
    let uses = folderUses()
    func line(_ node: String, _ graph: Graph, _ own: [File]) -> String {
      let used = graph.upwards.filter { graph.uses[node]?.contains($0) ?? false }
      let size = "\(own.count) files, \(own.reduce(0) { $0 + $1.lines }) lines"
      return "\(node) (\(size))" + (used.isEmpty ? "" : " -> \(used.joined(separator: ", "))")
    }
    return targets.upwards.flatMap { target in
      let own = files.filter { $0.target == target }
      let folders = folders(of: target, uses)
      return [line(target, targets, own)]
        + folders.upwards.map { folder in "    " + line(folder, folders, own.filter { $0.folder == folder }) }
    }.joined(separator: "\n")
  }
}
