#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Number of cores that this process may run on, by its affinity (`sched_getaffinity`), or else those online. At least 1.
public func usableCores() -> Int {
  let allowed = coreSet().reduce(0) { $0 + $1.nonzeroBitCount }
  return allowed > 0 ? allowed : max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
}

/// How many workers a process runs unless told otherwise: the cores it may use, divided among the `ranksOnNode` processes of its
/// node, at most its share of the `lanes` among `ranks` processes, and at least 1.
public func defaultThreads(cores: Int, ranksOnNode: Int, lanes: Int, ranks: Int) -> Int {
  max(1, min(cores / ranksOnNode, lanes / ranks))
}

/// The numbers of the cores in a set, ascending.
func coreNumbers(_ set: [UInt8]) -> [Int] {
  (0..<(8 * set.count)).filter { (core: Int) -> Bool in set[core / 8] & (1 << UInt8(core % 8)) != 0 }
}

/// The cores that this thread may run on, a bit for each; no bits where the system doesn't tell.
func coreSet() -> [UInt8] {
  var bits = [UInt8](repeating: 0, count: 1024)
  return affinity("sched_getaffinity", &bits) ? bits : [UInt8](repeating: 0, count: 1024)
}

/// Has this thread run on these cores only; without effect where the system refuses.
func setCoreSet(_ bits: [UInt8]) {
  var bits = bits
  _ = affinity("sched_setaffinity", &bits)
}

/// Calls one of the two functions for this thread; whether it succeeded.
private func affinity(_ name: String, _ bits: inout [UInt8]) -> Bool {
  // The C library declares them for GNU sources only, so they are looked up. Their type is the manual's, but for a const.
  typealias Affinity = @convention(c) (Int32, Int, UnsafeMutableRawPointer) -> Int32
  guard let symbol = unsafe dlsym(nil, name) else { return false }
  let call = unsafe unsafeBitCast(symbol, to: Affinity.self)
  return unsafe bits.withUnsafeMutableBytes { bytes in
    unsafe bytes.baseAddress.map { unsafe call(0, bytes.count, $0) } == 0
  }
}
