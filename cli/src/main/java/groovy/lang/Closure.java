package groovy.lang;

/**
 * Not Groovy's, and never used: picocli looks for a class of this name whenever it starts, and a
 * search that finds none opens every jar of the class path, which took a fifth of each command.
 */
public abstract class Closure {
  private Closure() {}
}
