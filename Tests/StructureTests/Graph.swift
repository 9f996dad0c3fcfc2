/// Who uses whom, by name.
struct Graph: Equatable {
  /// For each node those that it uses, itself never among them.
  private(set) var uses: [String: Set<String>] = [:]

  /// Enters a node; what it uses is entered too.
  mutating func add(_ node: String, uses other: String? = nil) {
    uses[node, default: []].formUnion([])
    guard let other, other != node else { return }
    uses[node, default: []].insert(other)
    uses[other, default: []].formUnion([])
  }

  /// All nodes that can be come to from this one; itself only where it is in a cycle.
  func reachable(from node: String) -> Set<String> {
    var seen: Set<String> = []
    var open = [node]
    while let next = open.popLast() {
      for other in uses[next] ?? [] where seen.insert(other).inserted { open.append(other) }
    }
    return seen
  }

  /// The largest sets of nodes that all reach each other, of two nodes and more.
  var cycles: [[String]] {
    var left = Set(uses.keys)
    var cycles: [[String]] = []
    for node in uses.keys.sorted() where left.contains(node) {
      let cycle = reachable(from: node).filter { reachable(from: $0).contains(node) }
      left.subtract(cycle)
      left.remove(node)
      if !cycle.isEmpty { cycles.append(cycle.sorted()) }
    }
    return cycles
  }

  /// The nodes from those that use none upwards: each stands after those it uses, but for cycles.
  var upwards: [String] {
    uses.keys.map { (reachable(from: $0).count, $0) }.sorted { $0 < $1 }.map(\.1)
  }
}
