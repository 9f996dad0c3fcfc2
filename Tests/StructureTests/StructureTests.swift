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
