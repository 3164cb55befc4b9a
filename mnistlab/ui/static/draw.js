console.log("lab", Object.keys(lab).join(" "));
