import Foundation
import Testing
import Training

@testable import Models

extension LeakyCell {
  /// The kind that it would be in the registry.
  static let kind = ModelKind(name: "leaky", cell: LeakyCell.self)
}

/// The cell that Sources/README.md adds, step by step.
@Suite struct LeakyCellTests {
  @Test func thePageShowsThisCell() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let source = try String(contentsOf: folder.appendingPathComponent("LeakyCell.swift"), encoding: .utf8)
    // In the target Kernels itself there is no import of it.
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
    let shown = lines.map { $0.isEmpty ? "" : "   \($0)" }.joined(separator: "\n")
    let page = try String(contentsOf: folder.appendingPathComponent("../../Sources/README.md"), encoding: .utf8)
    #expect(page.contains("   ```swift\n   // Sources/Kernels/Cells/LeakyCell.swift\n\(shown)   ```\n"))
  }

  @Test func itIsAStackOfOneLayer() {
    let model = ModelDescription(LeakyCell.kind)
    #expect(model.layers == 1 && model.norm == .batch && model.kind.isStack)
    #expect(model.layout(vocabulary: 40).tensors.contains { $0.shape == [64, 64] })
  }
}
