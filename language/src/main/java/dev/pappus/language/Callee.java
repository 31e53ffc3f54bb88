package dev.pappus.language;

import dev.pappus.model.Signature;
import java.util.List;
import java.util.Map;

/**
 * What a statement can apply: names as its declaration in this text has them, positions as the
 * registered signature has them.
 *
 * @param name its name
 * @param signature the registered signature
 * @param inputs declared input name to registered position
 * @param outputs declared output name to registered position
 * @param inputNames declared inputs in declared order
 * @param outputNames declared outputs in declared order
 */
record Callee(
    String name,
    Signature signature,
    Map<String, Integer> inputs,
    Map<String, Integer> outputs,
    List<String> inputNames,
    List<String> outputNames) {}
