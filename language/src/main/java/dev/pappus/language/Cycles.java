package dev.pappus.language;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Finds cycles in a directed graph without recursion. */
final class Cycles {
  private final List<List<Integer>> successors;
  private final List<List<Integer>> predecessors;
  private final int[] waitingFor;
  private final boolean[] gone;
  private final ArrayDeque<Integer> free = new ArrayDeque<>();
  private int left;

  private Cycles(List<List<Integer>> successors) {
    this.successors = successors;
    int count = successors.size();
    waitingFor = new int[count];
    gone = new boolean[count];
    left = count;
    predecessors = new ArrayList<>(count);
    for (int node = 0; node < count; node++) {
      predecessors.add(new ArrayList<>());
    }
    for (int node = 0; node < count; node++) {
      for (int successor : successors.get(node)) {
        predecessors.get(successor).add(node);
        waitingFor[successor]++;
      }
    }
  }

  /**
   * Up to {@code max} cycles without a common node, each in the direction of its edges; none if and
   * only if the graph has none.
   *
   * @param successors for each node the nodes its edges lead to
   */
  static List<List<Integer>> find(List<List<Integer>> successors, int max) {
    Cycles graph = new Cycles(successors);
    for (int node = 0; node < graph.waitingFor.length; node++) {
      if (graph.waitingFor[node] == 0) {
        graph.free.add(node);
      }
    }
    List<List<Integer>> found = new ArrayList<>();
    int from = 0;
    graph.removeFree();
    while (graph.left > 0 && found.size() < max) {
      while (graph.gone[from]) {
        from++;
      }
      List<Integer> cycle = graph.cycleBefore(from);
      found.add(cycle);
      cycle.forEach(graph::remove);
      graph.removeFree();
    }
    return found;
  }

  private void removeFree() {
    for (Integer node = free.poll(); node != null; node = free.poll()) {
      if (!gone[node]) {
        remove(node);
      }
    }
  }

  private void remove(int node) {
    gone[node] = true;
    left--;
    for (int successor : successors.get(node)) {
      if (--waitingFor[successor] == 0) {
        free.add(successor);
      }
    }
  }

  /** Every node that is left has a predecessor that is left: going back must meet itself. */
  private List<Integer> cycleBefore(int start) {
    int[] step = new int[gone.length];
    Arrays.fill(step, -1);
    List<Integer> path = new ArrayList<>();
    int node = start;
    while (step[node] < 0) {
      step[node] = path.size();
      path.add(node);
      node = predecessorLeft(node);
    }
    return new ArrayList<>(path.subList(step[node], path.size())).reversed();
  }

  private int predecessorLeft(int node) {
    for (int predecessor : predecessors.get(node)) {
      if (!gone[predecessor]) {
        return predecessor;
      }
    }
    throw new IllegalStateException("node without predecessor was not removed");
  }
}
