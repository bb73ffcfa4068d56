// A running sum: <output data-sum="weight" data-sum-goal="100"> adds up the fields of its form whose name ends with "-weight", without
// the rows that are to be deleted. The server adds up again.
(() => {
  const rounded = (value) => Math.round(value * 100) / 100;

  function update(output) {
    const fields = [...output.closest("form").querySelectorAll(`[name$="-${output.dataset.sum}"]`)];
    const counted = fields.filter((field) => !field.closest("[data-formset-row]")?.querySelector("[name$=-DELETE]")?.checked);
    const sum = rounded(counted.reduce((total, field) => total + (Number(field.value) || 0), 0));
    output.value = sum;
    output.closest("[data-sum-state]")?.setAttribute("data-sum-state", sum === Number(output.dataset.sumGoal) ? "met" : "open");
  }

  for (const output of document.querySelectorAll("[data-sum]")) {
    const form = output.closest("form");
    for (const name of ["input", "change"]) form.addEventListener(name, () => update(output));
    update(output);
  }
})();
