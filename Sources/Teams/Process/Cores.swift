internal import Memory
internal import Platform

/// Number of cores that this process may run on, by its affinity (`sched_getaffinity`), or else those online. At least
/// 1.
public func usableCores() -> Int {
  let allowed = coreSet().reduce(0) { $0 + $1.nonzeroBitCount }
  return allowed > 0 ? allowed : max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
}

/// Number of cores of this node, at least 1.
public func onlineCores() -> Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

/// How many workers a process runs unless told otherwise: the cores it may use, divided among the `ranksOnNode`
/// processes of its node, at most its share of the `lanes` among `ranks` processes, and at least 1.
public func defaultThreads(cores: Int, ranksOnNode: Int, lanes: Int, ranks: Int) -> Int {
  max(1, min(cores / ranksOnNode, lanes / ranks))
}

/// Which ranks of a node find a core when each in turn, from the lowest, takes the first that it may use and no other
/// has.
///
/// - allowed: for each rank the cores that it may use, a bit each (`coreSet`).
func ranksWithCores(_ allowed: [[UInt8]]) -> [Bool] {
  var taken = Set<Int>()
  return allowed.map { set in
    let core = (0..<(set.count * 8)).first { set[$0 / 8] >> ($0 % 8) & 1 == 1 && !taken.contains($0) }
    if let core { taken.insert(core) }
    return core != nil
  }
}

/// The cores that this process may run on, a bit for each; no bits where the system doesn't say.
func coreSet() -> [UInt8] {
  var bits = [UInt8](repeating: 0, count: 1024)
  typealias GetAffinity = @convention(c) (Int32, Int, UnsafeMutableRawPointer) -> Int32
  guard let getAffinity = unsafe systemFunction("sched_getaffinity", GetAffinity.self) else { return bits }
  let code = unsafe bits.withUnsafeMutableBytes { bytes in
    unsafe bytes.baseAddress.map { unsafe getAffinity(0, bytes.count, $0) }
  }
  return code == 0 ? bits : [UInt8](repeating: 0, count: 1024)
}
