package io.atelier.bench;

import java.util.List;

/**
 * One line of the table.
 *
 * @param name what {@code --only} calls it
 * @param title what is measured
 * @param unit of the problem's amount, per second
 * @param goal the ratio to the fastest peer that Atelier wants to reach; 0 where there is none
 * @param peers the engines that can do it
 */
record Row(
    String name, String title, String unit, double goal, Problem problem, List<Engine> peers) {}
