import Foundation
import Testing

/// Targets, and the folders inside each, use each other in one direction only.
@Suite struct StructureTests {
  static let tree = Result {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    return try SourceTree(directory: tests.appendingPathComponent("../../Sources").standardizedFileURL)
  }

  @Test func noTargetsAreInACycle() throws {
    let tree = try Self.tree.get()
    print(tree.picture)
    let targets = tree.targets
    // As many as are read, whichever they are.
    #expect(targets.uses.count > 5 && targets.uses.values.contains { $0.count > 1 })
    #expect(targets.cycles.isEmpty)
  }

  @Test func noFoldersOfATargetAreInACycle() throws {
    let tree = try Self.tree.get()
    let uses = tree.folderUses()
    #expect(!uses.isEmpty)
    for target in tree.targets.upwards {
      for cycle in tree.folders(of: target, uses).cycles {
        let reasons = uses.filter { $0.target == target && cycle.contains($0.folder) && cycle.contains($0.other) }
          .map { "  \($0.folder) -> \($0.other): \($0.reason)" }
        Issue.record("\(target): \(cycle.joined(separator: ", "))\n\(reasons.joined(separator: "\n"))")
      }
    }
  }

  /// An option has one declaration, in a section of `Configuration`: the argument parser's own wrappers stand only for
  /// what has no name on the command line.
  @Test func commandsDeclareNoOptions() throws {
    let folder = Self.root.appendingPathComponent("Sources/DistTrain")
    let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".swift") }
    var groups = 0
    for file in files {
      let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
      #expect(!text.contains(#/@(Option|Flag)\b/#), "\(file)")
      groups += text.matches(of: #/@OptionGroup\b/#).count
    }
    #expect(groups > 20)
  }

  /// The formatter breaks no comment. Those of the notebook are paragraphs of its page.
  @Test func commentsKeepToTheLineLength() throws {
    var comments = 0
    for folder in ["Sources", "Tests"] {
      let directory = Self.root.appendingPathComponent(folder)
      for path in try FileManager.default.subpathsOfDirectory(atPath: directory.path)
      where path.hasSuffix(".swift") && !path.hasPrefix("RNNExploration/") {
        let text = try String(contentsOf: directory.appendingPathComponent(path), encoding: .utf8)
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
        where line.drop(while: { $0 == " " }).hasPrefix("//") {
          comments += 1
          if line.count > 120 { Issue.record("\(folder)/\(path):\(index + 1) has \(line.count) columns") }
        }
      }
    }
    #expect(comments > 1000)
  }

  // MARK: The pages for who carries on

  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../..").standardizedFileURL

  private static func page(_ folder: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent("\(folder)/README.md"), encoding: .utf8)
  }

  /// The page's picture has every target once, below all that use it.
  @Test func thePageShowsTheTargets() throws {
    let text = try Self.page("Sources")
    let start = try #require(text.range(of: "\n    Main\n"))
    let end = try #require(text.range(of: "\n\n", range: start.upperBound..<text.endIndex))
    let lines = text[start.lowerBound..<end.lowerBound].split(separator: "\n").map { $0.split(separator: " ") }
    var places: [String: Int] = [:]
    for (place, line) in lines.enumerated() {
      for name in line { #expect(places.updateValue(place, forKey: String(name)) == nil, "\(name) stands there twice") }
    }
    // It has no source in Swift.
    #expect(places.removeValue(forKey: "CMPI") == lines.count - 1)
    let targets = try Self.tree.get().targets
    #expect(Set(places.keys) == Set(targets.uses.keys))
    for (target, uses) in targets.uses {
      for other in uses {
        #expect(places[target, default: 0] < places[other, default: 0], "\(target) uses \(other)")
      }
    }
  }

  @Test(arguments: ["Sources", "Tests"]) func theFilesThatAPageNamesAreThere(folder: String) throws {
    let names = try Self.page(folder).matches(of: #/`((?:Sources|Tests|Launch)/[A-Za-z0-9+\/._-]+)/#).map(\.output.1)
    #expect(!names.isEmpty)
    for name in Set(names) {
      let path = Self.root.appendingPathComponent(String(name)).path
      #expect(FileManager.default.fileExists(atPath: path), "\(name)")
    }
  }

  // MARK: The check itself

  /// Two targets with a cycle each way that one can arise, beside names that don't make one.
  private static let crooked = SourceTree([
    "Low/Ground/Ground.swift": "public struct Ground { var roof: Roof? }\nenum Both {}\n",
    "Low/Middle/Middle.swift": "import High\nstruct Middle { /* Other */ let ground: Ground }\nenum Both {}\n",
    "Low/Roof/Roof.swift": "final class Roof { let middle = [Middle](); enum Inner {} }\nprivate struct Own {}\n",
    "Low/Aside/Aside.swift":
      "// Roof\nlet text = \"Roof\"\nlet raw = #\"a \"Roof\" b\"#\nstruct Other { var x: Both, y: Inner, z: Own }\n",
    "Low/Top.swift": "struct Top { var ground: Ground }\n",
    "High/Sky.swift": "import Low\nprivate import Foundation\nstruct Sky {}\n",
  ])

  @Test func cyclesAreFound() {
    let uses = Self.crooked.folderUses()
    #expect(Self.crooked.folders(of: "Low", uses).cycles == [["Ground", "Middle", "Roof"]])
    #expect(Self.crooked.folders(of: "High", uses).cycles.isEmpty)
    #expect(uses.count == 3)
    #expect(
      uses.first?.reason == "Low/Ground/Ground.swift names Roof, declared in Low/Roof/Roof.swift", "\(uses)")
    #expect(Self.crooked.targets.cycles == [["High", "Low"]])
  }

  @Test func thePictureGoesUpwards() {
    let tree = SourceTree([
      "B/Lower/L.swift": "struct L {}\n", "B/Upper/U.swift": "struct U { var l: L }\n",
      "A/A.swift": "import B\nimport C\n", "C/C.swift": "\n\n",
    ])
    #expect(
      tree.picture == """
        B (2 files, 2 lines)
            Lower (1 files, 1 lines)
            Upper (1 files, 1 lines) -> Lower
        C (1 files, 2 lines)
        A (1 files, 2 lines) -> B, C
        """)
  }
}
