#if MPI
  internal import CMPI

  extension Communicator {
    /// Gives all ranks the elements of rank `root` (`MPI_Bcast`). Every rank passes as many elements; those of the others are
    /// overwritten. A root outside `0..<size` is thrown as `MPI_ERR_ROOT`.
    public func broadcast<Element: MPIDatatype>(
      _ elements: inout MutableSpan<Element>, root: Int
    ) throws(MPIError) {
      let count = try MPIError.count("MPI_Bcast", elements.count, rank: worldRank)
      let root = Int32(clamping: root)
      let code = withPointer(&elements) { MPI_Bcast($0, count, Element.mpiType.handle, root, handle) }
      try MPIError.check("MPI_Bcast", code, rank: worldRank)
    }

    /// Gives all ranks all blocks in the order of the ranks (`MPI_Allgather`). `all` holds `size` blocks of `block.count` elements
    /// and is overwritten.
    public func allGather<Element: MPIDatatype>(
      _ block: Span<Element>, _ all: inout MutableSpan<Element>
    ) throws(MPIError) {
      precondition(
        all.count == size * block.count, "all-gather of \(size) blocks of \(block.count) into \(all.count) elements")
      let count = try MPIError.count("MPI_Allgather", block.count, rank: worldRank)
      let type = Element.mpiType.handle
      let code = withPointers(block, &all) { MPI_Allgather($0, count, type, $1, count, type, handle) }
      try MPIError.check("MPI_Allgather", code, rank: worldRank)
    }

    /// Gives all ranks all blocks, each rank's own being in its place already (`MPI_Allgather` in place). `all` holds `size` blocks
    /// of equal length.
    public func allGather<Element: MPIDatatype>(_ all: inout MutableSpan<Element>) throws(MPIError) {
      precondition(all.count % size == 0, "all-gather of \(all.count) elements in \(size) equal blocks")
      let count = try MPIError.count("MPI_Allgather", all.count / size, rank: worldRank)
      let type = Element.mpiType.handle
      let code = withPointer(&all) { MPI_Allgather(CMPI_IN_PLACE(), 0, type, $0, count, type, handle) }
      try MPIError.check("MPI_Allgather", code, rank: worldRank)
    }

    /// Gives all ranks all blocks (`MPI_Allgatherv`): rank r's `counts[r]` elements land in `all` from `displacements[r]` on.
    /// `block` holds this rank's `counts[rank]` elements; elements of `all` between the blocks stay as they are.
    public func allGatherV<Element: MPIDatatype>(
      _ block: Span<Element>, _ all: inout MutableSpan<Element>, counts: [Int32], displacements: [Int32]
    ) throws(MPIError) {
      checkBlocks(counts, displacements, within: all.count)
      precondition(
        block.count == Int(counts[rank]), "a block of \(block.count) elements where \(counts[rank]) are announced")
      let type = Element.mpiType.handle
      let code = withPointers(block, &all) {
        MPI_Allgatherv($0, counts[rank], type, $1, counts, displacements, type, handle)
      }
      try MPIError.check("MPI_Allgatherv", code, rank: worldRank)
    }

    /// Gives all ranks all blocks, each rank's own being in its place already (`MPI_Allgatherv` in place): rank r's `counts[r]`
    /// elements stand in `all` from `displacements[r]` on.
    public func allGatherV<Element: MPIDatatype>(
      _ all: inout MutableSpan<Element>, counts: [Int32], displacements: [Int32]
    ) throws(MPIError) {
      checkBlocks(counts, displacements, within: all.count)
      let type = Element.mpiType.handle
      let code = withPointer(&all) {
        MPI_Allgatherv(CMPI_IN_PLACE(), 0, type, $0, counts, displacements, type, handle)
      }
      try MPIError.check("MPI_Allgatherv", code, rank: worldRank)
    }
  }
#endif
